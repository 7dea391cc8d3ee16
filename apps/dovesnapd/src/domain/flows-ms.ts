/**
 * The flows of a port are in the switch within this time, milliseconds, after Faucet has said that it has loaded them:
 * usually within ten, after a cold start within some hundred, on a busy machine within seconds. What is missing by then
 * does not come by itself.
 */
export const flowsMs = 2000;
