import { All, Controller } from '@nestjs/common';
import { ScimError } from '@rolecall/scim';

/** RFC 7644 §3.11: a token of a directory is nobody's, so there is no resource behind `/Me`. */
@Controller('/scim/v2/Me')
export class MeController {
  @All()
  me(): never {
    throw new ScimError(501, undefined, '/Me is not offered: the token is of a directory and not of a user');
  }
}
