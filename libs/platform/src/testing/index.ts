export { startTestSmtp } from './test-smtp.ts';
export type { TakenMail, TestSmtp } from './test-smtp.ts';
