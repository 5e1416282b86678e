import { errorsPage } from './errors-page.ts';
import { guidePages } from './guide-page.ts';

/** Path from the root of the repository and text of every page that is made from the catalogue and the vendors' facts. */
export function guidanceDocs(): readonly (readonly [path: string, text: string])[] {
  return [['docs/errors.md', errorsPage()], ...guidePages()];
}
