/** What the commands read of a job, as GET /jobs/{id} answers it. */
export interface Job {
  readonly ID: string;
  readonly Type: string;
  readonly State: "Pending" | "Running" | "Paused" | "Retry" | "Success" | "Failure";
  readonly Priority: number;
  readonly Progress: number;
  readonly Attempts: number;
  readonly CreationTime: string;
  readonly EffectiveRuntime: number;
  readonly ErrorDetails: string;
  readonly Key?: string;
  readonly BatonError?: { readonly Code: string; readonly Message: string };
}

export const isOver = ({ State: state }: Job): boolean =>
  state === "Success" || state === "Failure";

/** A time of the host, as people read it. */
export function readableTime(text: string): string {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/.exec(text);
  if (parts === null) return text;
  const [, year, month, day, hour, minute, second] = parts;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}
