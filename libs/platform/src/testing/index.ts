export { readMail } from './read-mail.ts';
export type { ReadMail } from './read-mail.ts';
export { startTestSmtp } from './test-smtp.ts';
export type { TakenMail, TestSmtp } from './test-smtp.ts';
