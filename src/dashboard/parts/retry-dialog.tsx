import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { resubmitAll, resubmitEach, RestError } from "../live/rest.ts";
import { useStore } from "../live/store.ts";
import { tell } from "../notices.ts";
import { route } from "../route.ts";
import { count } from "../view/format.ts";
import type { JobObject } from "../wire.ts";
import { Dialog } from "./dialog.tsx";
import { icons } from "./icons.tsx";

interface RetryDialogProps {
  /** Failed jobs that the table shows. */
  readonly failed: readonly JobObject[];
  readonly onClose: () => void;
}

/** People cancel on purpose: what they canceled is tried again only if they say so. */
const leftOut = "JOB_CANCELED";

/** Which of the failed jobs to try again, by what they failed of. */
export function RetryDialog({ failed, onClose }: RetryDialogProps): JSX.Element {
  // As it was when it was opened: the numbers to agree to stand still.
  const jobs = useMemo(() => triable(failed), []);
  const codes = useMemo(() => countByCode(jobs), [jobs]);
  const [without, setWithout] = useState<ReadonlySet<string>>(() => new Set([leftOut]));
  const [isBusy, setBusy] = useState(false);
  const { query } = useStore(route);
  const chosen = jobs.filter((job) => !without.has(codeOf(job)));
  const toggle = (code: string): void => {
    const next = new Set(without);
    if (!next.delete(code)) next.add(code);
    setWithout(next);
  };
  const retry = async (): Promise<void> => {
    setBusy(true);
    // One request, if it means the same jobs (and those that have failed since).
    const isAll = chosen.length === failed.length && query.text === "";
    const ids = chosen.map(({ ID }) => ID);
    await submitAgain(() => (isAll ? resubmitAll(query.types, query.keys) : resubmitEach(ids)));
    onClose();
  };
  return (
    <Dialog title="Retry failed jobs" onClose={onClose}>
      <p>
        They start over, with new attempts.{" "}
        {query.types.length + query.keys.length + query.text.length > 0 &&
          "Only jobs that the filter shows are meant."}
      </p>
      <fieldset class="codes">
        <legend>Failed with</legend>
        {codes.map(([code, amount]) => (
          <label key={code}>
            <input type="checkbox" checked={!without.has(code)} onChange={() => toggle(code)} />
            <code>{code}</code>
            <span class="amount">{count(amount)}</span>
          </label>
        ))}
      </fieldset>
      <div class="buttons end">
        <button type="button" class="button" onClick={onClose}>
          Leave them
        </button>
        <button
          type="button"
          class="button main"
          disabled={chosen.length === 0 || isBusy}
          onClick={() => void retry()}
        >
          {icons.resubmit} {isBusy ? "Asking…" : `Retry ${jobsText(chosen.length)}`}
        </button>
      </div>
    </Dialog>
  );
}

/** The oldest first: so they run in the order in which they were submitted. */
const triable = (failed: readonly JobObject[]): readonly JobObject[] =>
  failed
    .filter(({ Detached }) => Detached !== true)
    .toSorted((a, b) => (a.CreationTime < b.CreationTime ? -1 : 1));

const codeOf = ({ BatonError }: JobObject): string => BatonError?.Code ?? "unknown";

const jobsText = (amount: number): string => (amount === 1 ? "1 job" : `${count(amount)} jobs`);

function countByCode(jobs: readonly JobObject[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const job of jobs) counts.set(codeOf(job), (counts.get(codeOf(job)) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

async function submitAgain(work: () => ReturnType<typeof resubmitAll>): Promise<void> {
  try {
    const { Changed, Refused } = await work();
    tell("done", `${jobsText(Changed.length)} submitted again.`);
    const [first] = Refused;
    if (first !== undefined) tell("refused", `${jobsText(Refused.length)} refused: ${first.Code}`);
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    tell("refused", error.message);
  }
}
