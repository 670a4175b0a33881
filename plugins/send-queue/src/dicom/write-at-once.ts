import type { Socket } from "node:net";

/**
 * Writes at once; `head` goes before `bytes` in the same go. `onDone` hears when the system has taken them, or why
 * it does not, and answers what whoever waits for it is told. Resolves then; null: it has taken them already, as
 * it does as long as the peer keeps up, and nobody has to wait. @throws what `onDone` answers
 */
export function writeAtOnce(
  socket: Socket,
  { bytes, head }: { readonly bytes: Buffer; readonly head: Buffer | null },
  onDone: (error: Error | null) => Error | null,
): Promise<void> | null {
  let waiting: PromiseWithResolvers<void> | null = null;
  if (head !== null) {
    socket.cork();
    socket.write(head);
  }
  socket.write(bytes, (error) => {
    const broken = onDone(error ?? null);
    if (broken === null) waiting?.resolve();
    else waiting?.reject(broken);
  });
  if (head !== null) socket.uncork();
  if (socket.writable && socket.writableLength === 0) return null;
  waiting = Promise.withResolvers<void>();
  return waiting.promise;
}
