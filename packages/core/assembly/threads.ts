/**
 * Several threads, one memory: how they share a program. Every thread runs an instance of its own of this module.
 *
 * A program is a row of sections; a section is up to 32 tasks that do not depend on each other. Every thread takes the next task
 * that nobody has taken, and who finishes the last one opens the next section. So nobody waits for a thread that sleeps, or that
 * the system does not run at the moment, unless it is in the middle of a task; and thread 0 can do everything alone.
 *
 *      TURN = number of the section << 32 | a bit for each task that nobody has taken
 *
 * A task is taken by exchanging TURN for itself without the task's bit. Sections are numbered on from program to program, so a thread
 * that comes late finds another TURN and takes nothing; what belongs to a section stays as it is while one of its tasks runs.
 *
 * Whoever has nothing to do looks for some microseconds and then sleeps: in JavaScript, since a wait inside WebAssembly is not
 * reliable in every engine once memory has grown. Threads share whole cache lines, so what changes often has a line of its own.
 */
const LINE: usize = 128;
const TURN: usize = 0;
/** How many tasks of the section are not finished. */
const UNFINISHED: usize = LINE;
/** Where the program's sections are (`program.ts`), and the number of the first one and of the one after the last. */
const SECTIONS: usize = 2 * LINE;
const FIRST: usize = 2 * LINE + 4;
const END: usize = 2 * LINE + 8;
/** Words from one section to the next. */
const WORDS: usize = 2 * LINE + 12;
/** Not 0: since the bell rang last some thread has gone to sleep. */
const ASLEEP: usize = 3 * LINE;
/** How many threads have come to `work`. */
const READY: usize = 4 * LINE;
/** Not 0: the others return from `work`. */
const STOP: usize = 4 * LINE + 4;
const CONTROL_BYTES: usize = 5 * LINE;

/** Looks (about half a nanosecond each) before sleeping: thread 0 within a program 20 µs, the others 250 µs. */
const TASK_LOOKS: i32 = 40_000;
const IDLE_LOOKS: i32 = 500_000;

let control: usize = 0;
/** Where this thread begins to look for tasks: threads that work on neighbouring tasks keep to their own part of the data. */
let favourite: i32 = 0;
let self: i32 = 0;
let threads: i32 = 1;

/** Sleeps for some tens of microseconds, where this thread may. */
// @ts-ignore: decorator
@external("env", "nap")
declare function nap(): void;

/** Sleeps until the bell rings, unless `awaited` by then. */
// @ts-ignore: decorator
@external("env", "doze")
declare function doze(): void;

/** Wakes all who doze. */
// @ts-ignore: decorator
@external("env", "ring")
declare function ring(): void;

/** Bytes of the control block, all 0 at first. */
export function controlBytes(): usize {
  return CONTROL_BYTES;
}

/** Tells this instance which thread it is, 0 being JavaScript's own. */
export function useThread(address: usize, thread: i32, count: i32): void {
  control = address;
  self = thread;
  threads = count;
}

/** Thread 0: whether others are up. */
export function accompanied(): bool {
  return atomic.load<i32>(control + READY) != 0;
}

/** Thread 0: opens the first of `count` sections of `tasks` tasks each; from then on others take part. */
export function begin(sections: usize, count: i32, tasks: i32): void {
  const first = sectionOf(atomic.load<u64>(control + TURN)) + 1;
  store<u32>(control + SECTIONS, <u32>sections);
  store<i32>(control + FIRST, first);
  store<i32>(control + END, first + count);
  store<i32>(control + WORDS, 1 + tasks);
  favourite = 0;
  open(first);
}

/** Thread 0: whether the program has come to its end. */
export function ended(): bool {
  return sectionOf(atomic.load<u64>(control + TURN)) == load<i32>(control + END);
}

/** The list of a task that is this thread's from now on; 0: there is none at present. */
export function takeTask(): usize {
  const turn = control + TURN;
  let seen = atomic.load<u64>(turn);
  while (<u32>seen != 0) {
    const task = (<i32>ctz<u32>(rotr<u32>(<u32>seen, favourite)) + favourite) & 31;
    const found = atomic.cmpxchg<u64>(turn, seen, seen & ~(<u64>1 << <u64>task));
    if (found == seen) {
      if (self != 0) favourite = self * (load<i32>(control + WORDS) - 1) / threads;
      return load<u32>(sectionAddress(sectionOf(seen)) + (<usize>task << 2), 4);
    }
    seen = found;
  }
  return 0;
}

/** Says that the task taken last is done. */
export function finishTask(): void {
  if (atomic.sub<i32>(control + UNFINISHED, 1) == 1) open(sectionOf(atomic.load<u64>(control + TURN)) + 1);
}

/** Thread 0, with nothing to do within a program: `looks` counts how often. */
export function awaitTask(looks: i32): void {
  if (looks > TASK_LOOKS) nap();
}

/** The other threads, with nothing to do: how often from now on, or −1 to stop. */
export function awaitProgram(looks: i32): i32 {
  if (atomic.load<i32>(control + STOP) != 0) return -1;
  if (looks < IDLE_LOOKS) return looks + 1;
  atomic.store<i32>(control + ASLEEP, 1);
  doze();
  return 0;
}

/** Whether there is something for a thread that is about to doze: a task, or the end. */
export function awaited(): bool {
  return <u32>atomic.load<u64>(control + TURN) != 0 || atomic.load<i32>(control + STOP) != 0;
}

/** The other threads: called once, when this instance is set up. */
export function announce(): void {
  atomic.add<i32>(control + READY, 1);
}

/** Thread 0: lets the others return from `work`. */
export function stopThreads(): void {
  atomic.store<i32>(control + STOP, 1);
  ring();
}

// @ts-ignore: decorator
@inline function sectionOf(turn: u64): i32 {
  return <i32>(turn >> 32);
}

/** Of a section: a word with a bit for each task, then the tasks' lists. */
// @ts-ignore: decorator
@inline function sectionAddress(section: i32): usize {
  const place = (section - load<i32>(control + FIRST)) * load<i32>(control + WORDS);
  return <usize>load<u32>(control + SECTIONS) + (<usize>place << 2);
}

/** Lets everybody take the tasks of a section; the one after the last has none. */
function open(section: i32): void {
  let tasks: u32 = 0;
  if (section != load<i32>(control + END)) tasks = load<u32>(sectionAddress(section));
  atomic.store<i32>(control + UNFINISHED, <i32>popcnt<u32>(tasks));
  atomic.store<u64>(control + TURN, (<u64>(<u32>section) << 32) | <u64>tasks);
  // A task of one's own needs no help.
  if ((tasks & (tasks - 1)) == 0 || atomic.load<i32>(control + ASLEEP) == 0) return;
  atomic.store<i32>(control + ASLEEP, 0);
  ring();
}
