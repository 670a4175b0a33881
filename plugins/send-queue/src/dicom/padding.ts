/**
 * A value without what fills it up: spaces before it, spaces and NULs after it. By a loop: a regular expression
 * that looks for the end begins anew at each of a hundred thousand spaces in front of something else.
 */
export function unpadded(bytes: Buffer, encoding: "latin1" | "utf8" = "latin1"): string {
  let begin = 0;
  let end = bytes.length;
  while (begin < end && bytes[begin] === space) begin += 1;
  while (end > begin && isFilling(bytes[end - 1])) end -= 1;
  return bytes.toString(encoding, begin, end);
}

const space = 0x20;

const isFilling = (byte: number | undefined): boolean => byte === space || byte === 0;
