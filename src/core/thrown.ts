/** The words of whatever was thrown: also null, strings, and errors without a message. */
export function messageOf(error: unknown): string {
  const [name, message] = [member(error, "name"), member(error, "message")];
  if (typeof message !== "string" || typeof name !== "string") return show(error);
  return message === "" ? name : message;
}

/** A member of whatever it is; undefined also if it is hidden behind a getter that throws. */
export function member(value: unknown, name: string): unknown {
  try {
    return (Object(value) as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** A value in at most 200 characters. */
export function show(value: unknown): string {
  try {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
    return text.slice(0, 200);
  } catch {
    // A value may refuse to be shown (a cycle, a throwing toJSON); its type is enough then.
    return `a value of type ${typeof value}`;
  }
}
