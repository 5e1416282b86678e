import { notOvertaken } from './not-overtaken.ts';

type Result = { readonly outcome: 'changed_meanwhile' } | { readonly outcome: 'done'; readonly tries: number };

/** Others are faster so many times. */
function overtaken(times: number): () => Promise<Result> {
  let tries = 0;
  return () => Promise.resolve(tries++ < times ? { outcome: 'changed_meanwhile' } : { outcome: 'done', tries });
}

it.each([0, 1, 5])('V3 is made anew when others were faster %i times', async (times) => {
  expect(await notOvertaken(overtaken(times))).toEqual({ outcome: 'done', tries: times + 1 });
});

it('E4 is 503 when it never comes through, and no conflict', async () => {
  await expect(notOvertaken(overtaken(1_000))).rejects.toMatchObject({ status: 503, scimType: undefined });
});
