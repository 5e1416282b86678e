import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-local';
import { RecordedRefusal } from '../errors/login-refused.ts';
import { Cookies } from '../http/cookies.ts';
import { Organizations } from '../organizations/organizations.ts';
import { CheckPassword, signInFailed, type VerifiedPassword } from './check-password.ts';
import { organizationNamed } from './organization-named.ts';
import { type Visitor, visitorOf } from './visitor.ts';

/** What Passport hands on: a password that was VERIFIED, or the recorded refusal, for the page to say. */
export type CheckedPassword =
  | { readonly outcome: 'verified'; readonly verified: VerifiedPassword }
  | { readonly outcome: 'refused'; readonly refusal: RecordedRefusal };

/** A POST of the password form; the guard adds what its strategy and the route need. */
export interface PasswordRequest extends Request {
  visitor?: Visitor;
  /** Checks what was typed, at the organization of the path. */
  checkPassword?: (address: string, password: string) => Promise<CheckedPassword>;
}

/** passport-local reads arrays, objects and the query too: it sees one text of each, from the body alone. */
class HardenedLocalStrategy extends Strategy {
  override authenticate(request: PasswordRequest, options?: object): void {
    const { address, password } = Object(request.body) as Record<string, unknown>;
    const body = { address: textOf(address), password: textOf(password) };
    super.authenticate(Object.create(request, { body: { value: body }, query: { value: {} } }) as Request, options);
  }
}

function textOf(unverified: unknown): string {
  return typeof unverified === 'string' ? unverified : '';
}

const FIELDS = { usernameField: 'address', passwordField: 'password', passReqToCallback: true } as const;

/** Holds nothing of a request, nor of the process: what it checks with comes with the request. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(HardenedLocalStrategy, 'local') {
  constructor() {
    super(FIELDS);
  }

  validate(request: PasswordRequest, address: string, password: string): Promise<CheckedPassword> {
    if (!request.checkPassword) throw new Error('the guard says how a password is checked before Passport runs');
    return request.checkPassword(address, password);
  }
}

/** Lets a POST of the password form through with what came of it, good or bad. */
@Injectable()
export class PasswordGuard extends AuthGuard('local') {
  constructor(
    @Inject(Organizations) private readonly organizations: Organizations,
    @Inject(Cookies) private readonly cookies: Cookies,
    @Inject(CheckPassword) private readonly passwords: CheckPassword,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<PasswordRequest>();
    const organization = await organizationNamed(this.organizations, request.params['org']);
    const visitor = visitorOf(request, this.cookies);
    request.visitor = visitor;
    request.checkPassword = async (address, password) => {
      try {
        const verified = await this.passwords.check({ organization, address, password, visitor });
        return { outcome: 'verified', verified };
      } catch (error) {
        if (error instanceof RecordedRefusal) return { outcome: 'refused', refusal: error };
        throw error;
      }
    };
    return (await super.canActivate(context)) === true;
  }

  /** Without both fields nothing was checked. */
  override handleRequest<T>(error: unknown, checked: T): T {
    if (error) throw error;
    if (!checked) throw signInFailed('the form had no address or no password');
    return checked;
  }
}
