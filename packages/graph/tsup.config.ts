import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    entry: ['src/index.ts', 'src/cli.ts', 'src/graph-dovesnap.ts'],
    onSuccess: 'node scripts/copy-font.mjs',
  }),
);
