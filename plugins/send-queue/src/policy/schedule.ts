/** A part of each day, in minutes after midnight, local time; over midnight if it ends before it begins. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/** When a destination is sent to: in any of these. Never empty. */
export type Schedule = readonly Window[];

const minutesOfDay = 1_440;

/** Reads "22:00-06:00", or several, with commas or as a list; null: it is not written so. */
export function readSchedule(given: string | readonly string[]): Schedule | null {
  const texts = (typeof given === "string" ? [given] : given).flatMap((text) => text.split(","));
  const windows = texts.map((text) => readWindow(text.trim())).filter((window) => window !== null);
  return windows.length === texts.length ? windows : null;
}

function readWindow(text: string): Window | null {
  const [, from = "", to = ""] = /^(\d{1,2}:\d{2})-(\d{1,2}:\d{2})$/.exec(text) ?? [];
  const window = { from: readTime(from), to: readTime(to) };
  const isRight = window.from < minutesOfDay && window.to <= minutesOfDay;
  // What begins when it ends is nothing, or all day: nobody knows.
  return isRight && window.from !== window.to ? window : null;
}

/** Minutes after midnight; infinite: there is no such time. */
function readTime(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(":").map(Number);
  return hours <= 24 && minutes < 60 ? hours * 60 + minutes : Infinity;
}

/**
 * When it may be sent: `now` itself, or the next time that a window begins; epoch milliseconds. In the
 * time zone of the process, whose days may have 23 or 25 hours. Ask again now and then: clocks are set.
 */
export function opensAt(schedule: Schedule, now: number): number {
  const date = new Date(now);
  const minute = date.getHours() * 60 + date.getMinutes();
  if (schedule.some((window) => isIn(window, minute))) return now;
  const starts = schedule.flatMap(({ from }) =>
    [0, 1].map((days) =>
      new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 0, from).getTime(),
    ),
  );
  return Math.min(...starts.filter((start) => start > now));
}

const isIn = ({ from, to }: Window, minute: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to;
