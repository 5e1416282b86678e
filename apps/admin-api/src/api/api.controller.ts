import { Controller, Get, Header, Inject } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { RouteAccess } from '../access/serves.decorator.ts';
import { DOCS_CSP, docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';

/** Injection token of the public base URL. */
export const BASE_URL = Symbol('BaseUrl');

const OPEN: RouteAccess = { access: 'open' };

/** What the API is, for programs and for people; the same for everybody, so it needs no token. */
@Controller()
export class ApiController {
  constructor(@Inject(BASE_URL) private readonly baseUrl: string) {}

  @Get('/v1/openapi.json')
  @RouteConfig(OPEN)
  openApi(): object {
    return openApiDocument(this.baseUrl);
  }

  @Get('/docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', DOCS_CSP)
  docs(): string {
    return docsPage();
  }
}
