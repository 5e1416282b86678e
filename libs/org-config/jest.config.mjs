import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'org-config', rootDir: import.meta.dirname };
