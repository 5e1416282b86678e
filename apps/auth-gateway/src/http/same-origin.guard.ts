import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { CONFIG, type Config } from '../config.ts';
import { LoginRefused } from '../errors/login-refused.ts';
import { isSameOrigin } from './same-origin.ts';

/** Refuses a form that another site made the browser send. */
@Injectable()
export class SameOriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (isSameOrigin(headers, this.config.url)) return true;
    throw new LoginRefused('cross_origin_request', 'same_origin', 'The form was not sent from a page of the gateway.');
  }
}
