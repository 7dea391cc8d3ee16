/** How long the store waits for an answer of Faucet's metrics, milliseconds. Faucet does not answer while it reloads. */
export const askMs = 2000;
