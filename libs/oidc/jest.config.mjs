import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'oidc', rootDir: import.meta.dirname };
