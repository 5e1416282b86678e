import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type Asset, ICON, STYLESHEET } from './assets.ts';

/** The two files that pages link to: also those that an application's origin shows (`Page` with a `base`). */
@Controller('static')
export class StaticController {
  @Get('rolecall.css')
  @Header('Cache-Control', 'public, max-age=31536000, immutable')
  @Header('Cross-Origin-Resource-Policy', 'cross-origin')
  stylesheet(@Res() response: Response): void {
    send(response, STYLESHEET);
  }

  @Get('icon.svg')
  @Header('Cache-Control', 'public, max-age=31536000, immutable')
  @Header('Cross-Origin-Resource-Policy', 'cross-origin')
  icon(@Res() response: Response): void {
    send(response, ICON);
  }
}

function send(response: Response, { body, contentType }: Asset): void {
  response.type(contentType).send(body);
}
