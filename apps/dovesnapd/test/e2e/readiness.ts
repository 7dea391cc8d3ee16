import { type Host, until } from '@dovesnap/testkit';

/** Something that the daemon could not do, as `/readyz` shows it. */
export interface FailingEffect {
  readonly what: string;
  readonly network?: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
}

interface Readiness {
  readonly ready: boolean;
  readonly failing: readonly FailingEffect[];
}

/** Resolves when `/readyz` says that the daemon fails to do something like this, of a network if one is named; answers what. */
export async function untilFailing(
  host: Host,
  what: RegExp,
  network?: string,
): Promise<readonly FailingEffect[]> {
  return until(
    async () => {
      const { status, body } = await host.http('http://127.0.0.1:9401/readyz');
      const { failing } = JSON.parse(body) as Readiness;
      const found = failing.filter(
        (item) => what.test(item.what) && (network === undefined || item.network === network),
      );
      if (status === 503 && found.length > 0) return found;
      throw new Error(body);
    },
    { what: `${what} among what fails`, interval: 50 },
  );
}

/** Resolves when `/readyz` says that the daemon is ready. */
export async function untilReady(host: Host): Promise<void> {
  await until(
    async () => {
      const { status, body } = await host.http('http://127.0.0.1:9401/readyz');
      if (status === 200) return true;
      throw new Error(body);
    },
    { what: 'readiness', interval: 50 },
  );
}
