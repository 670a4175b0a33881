/** The queue could not do what it was asked to; nothing of it has happened. */
export class QueueFailed extends Error {
  override readonly name = "QueueFailed";
  /** The disk is full. */
  readonly isFull: boolean;
  /** The queue is closed, and does nothing any more. */
  readonly isOver: boolean;

  constructor(message: string, { isFull = false, isOver = false } = {}) {
    super(message);
    this.isFull = isFull;
    this.isOver = isOver;
  }
}
