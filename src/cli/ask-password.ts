import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { AccountsError } from "./accounts-file.ts";

/** Shorter ones are guessed. In characters. */
const shortestPassword = 8;

/** From a terminal twice and unseen, else the first line of stdin. @throws {AccountsError} */
export async function askPassword(name: string): Promise<string> {
  const { stdin } = process;
  const password = stdin.isTTY ? await askTwice(name) : firstLine(await text(stdin));
  if (password.length >= shortestPassword) return password;
  throw new AccountsError(`A password needs ${shortestPassword} characters or more.`);
}

const firstLine = (all: string): string => /^[^\r\n]*/.exec(all)?.[0] ?? "";

async function askTwice(name: string): Promise<string> {
  // It takes the terminal's own echo away, until it is closed, and its own goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    const password = await ask(reader, `Password of ${name}: `);
    if ((await ask(reader, "Once more: ")) === password) return password;
    throw new AccountsError("The two passwords are not the same; nothing was changed.");
  } finally {
    reader.close();
  }
}

async function ask(reader: Interface, question: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  reader.once("line", resolve);
  // Ctrl-C, and the end of input.
  reader.once("close", () => reject(new AccountsError("Nothing was changed.")));
  process.stderr.write(question);
  try {
    return await promise;
  } finally {
    process.stderr.write("\n");
  }
}
