import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({ onSuccess: 'cp -p assets/udhcpc-event.sh dist/udhcpc-event.sh' }),
);
