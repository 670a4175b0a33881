/** Texts, so that what looks like a comment inside one stays; and comments. */
const textOrComment = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Parses JSON in which, as in Orthanc's, line and block comments may stand.
 * @throws {SyntaxError} with the line and column where known
 */
export function parseCommentedJson(text: string): unknown {
  // Blanks in place of a comment: positions in messages stay those of the file.
  const bare = text.replaceAll(textOrComment, (match) =>
    match.startsWith('"') ? match : match.replaceAll(/[^\n]/g, " "),
  );
  return JSON.parse(bare);
}
