import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const sourceOf = fileURLToPath(new URL('./packages/', import.meta.url));

/** Options that every test of the workspace inherits: packages resolve to their sources, never to an old build. */
export default defineConfig({
  resolve: {
    alias: [{ find: /^@dovesnap\/([a-z-]+)$/, replacement: `${sourceOf}$1/src/index.ts` }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
  },
});
