/** Faucet's egress pipeline keeps 12 bits of a port number, and 4093 and above alias with LOCAL (faucet 1.10.12). */
export const highestOfPipeline = 4092;
