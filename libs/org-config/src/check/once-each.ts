/** More documents than a platform has identity providers that organizations share. */
const REMEMBERED = 100;

/**
 * The same question about metadata, asked once for each text and entity: organizations that share an identity provider bring the same
 * metadata, and to parse it takes longer than all else. For one run only, since what is wrong with metadata depends on the time.
 * Answers for the first hundred texts are remembered; for others it is asked each time.
 */
export function onceEach<Answer>(
  ask: (xml: string, entityId?: string) => Answer,
): (xml: string, entityId?: string) => Answer {
  const answers = new Map<string, { readonly answer: Answer }>();
  return (xml, entityId) => {
    // an entity id has no line break
    const asked = `${entityId ?? ''}\n${xml}`;
    const known = answers.get(asked);
    if (known !== undefined) return known.answer;
    const answer = ask(xml, entityId);
    if (answers.size < REMEMBERED) answers.set(asked, { answer });
    return answer;
  };
}
