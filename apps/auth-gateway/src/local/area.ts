import type { Area } from '../area.ts';
import { PasswordHashes } from '../passwords/password-hashes.ts';
import { Passwords } from '../passwords/passwords.ts';
import { SecondFactors } from '../second-factors/second-factors.ts';
import { CheckPassword } from './check-password.ts';
import { LocalSignIns } from './local-sign-ins.ts';
import { LocalController } from './local.controller.ts';
import { PasswordStrategy } from './password.strategy.ts';

const STEPS = ['login/:org/password', 'login/:org/second-factor'];

/** Sign-ins by password and second factor. */
export const LOCAL: Area = {
  controllers: [LocalController],
  providers: [PasswordHashes, Passwords, SecondFactors, CheckPassword, LocalSignIns, PasswordStrategy],
  doors: { identify: STEPS },
  forms: { '8kb': STEPS },
};
