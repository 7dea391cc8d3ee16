const { readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const { withReleaseFields } = require('./scripts/lib/release-fields.cjs');

/** pnpm calls this with the manifest that goes into a tarball, for `pnpm pack` and `pnpm publish` alike. */
function beforePacking(manifest, folder) {
  const { repository } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));
  const isTrial = process.env.DOVESNAP_TRIAL_PACK === 'true';
  return withReleaseFields(manifest, { repository, isTrial, folder: relative(__dirname, folder) });
}

module.exports = { hooks: { beforePacking } };
