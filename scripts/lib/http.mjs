/**
 * Fetches a page of a local server.
 *
 * @param {string} url
 * @returns {Promise<{ status: number, text: string } | undefined>} undefined when nobody answers within two seconds
 */
export async function fetchPage(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
