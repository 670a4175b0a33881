/** Without what a terminal would obey; it may come from a host, or from its jobs. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ");

/** As one line, whatever it was; lines may be indented. */
export const oneLine = (text: string): string => plain(text.replaceAll(/\n\s*/g, "\n"));

/** JSON for programs; of what a terminal would obey it has no more than line breaks. */
export const jsonText = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replaceAll(
    /[\u007F-\u009F]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
