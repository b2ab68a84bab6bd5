/**
 * Several threads, one memory: how they meet. Every thread runs an instance of its own of this module.
 *
 *      thread 0, which JavaScript calls            the others, in `work` until told to stop
 *      offers a program: a new generation   ──►    join by counting up, while the offer stands
 *      all joined: run; not in time: withdraw,     run their lists, meet at barriers
 *      and run the serial list alone
 *
 * So thread 0 never waits for a thread that sleeps, or that the system does not run at the moment: it computes the same bits
 * alone. Whoever waits looks for some microseconds and then sleeps: in JavaScript, since a wait inside WebAssembly is not
 * reliable in every engine once memory has grown.
 *
 * The control block has a line of LINE bytes for each word, since threads share whole cache lines.
 */

const LINE: usize = 128;
/** generation << 8 | threads that joined; the low byte is WITHDRAWN once the offer no longer stands. */
const JOIN: usize = 0;
const WITHDRAWN: i32 = 255;
/** What is offered: the address of the program's list of lists, and the epoch it starts with. */
const TABLE: usize = LINE;
const START_EPOCH: usize = LINE + 4;
/** How many threads sleep until the next offer: nobody is woken where nobody does. */
const SLEEPERS: usize = 2 * LINE;
/** Not 0 while thread 0 runs a program alone: the next offer is not far, and who wakes up too late for one waits for it. */
const ALONE: usize = 2 * LINE + 4;
/** How many threads have come to `work`. */
const READY: usize = 3 * LINE;
/** Not 0: the others return from `work`. */
const STOP: usize = 3 * LINE + 4;
/** One line for each thread: barriers passed. */
const EPOCHS: usize = 4 * LINE;

/** Looks (about half a nanosecond each) before sleeping: at barriers 20 µs, between programs 100 µs. */
const BARRIER_LOOKS: i32 = 40_000;
const IDLE_LOOKS: i32 = 200_000;
/** As IDLE_LOOKS, while thread 0 runs a program alone: 5 ms. */
const ALONE_LOOKS: i32 = 10_000_000;
let control: usize = 0;
let self: i32 = 0;
let threads: i32 = 1;
let epoch: i32 = 0;

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
export function controlBytes(threads: i32): usize {
  return EPOCHS + LINE * <usize>threads;
}

/** Tells this instance which thread it is, 0 being JavaScript's own. */
export function useThread(address: usize, thread: i32, count: i32): void {
  control = address;
  self = thread;
  threads = count;
}

// @ts-ignore: decorator
@inline function epochAddress(thread: i32): usize {
  return control + EPOCHS + LINE * <usize>thread;
}

// @ts-ignore: decorator
@inline function wake(): void {
  if (atomic.load<i32>(control + SLEEPERS) != 0) ring();
}

/** Says that this thread has come so far. */
function arrive(): void {
  atomic.store<i32>(epochAddress(self), ++epoch);
}

/** Until all others have come so far too. */
function awaitOthers(): void {
  for (let thread = 0; thread < threads; thread++) {
    if (thread == self) continue;
    const word = epochAddress(thread);
    let looks = 0;
    while (true) {
      if (atomic.load<i32>(word) - epoch >= 0) break;
      if (++looks > BARRIER_LOOKS) nap();
    }
  }
}

/** What every thread wrote before is seen by every thread after. */
export function barrier(): void {
  arrive();
  awaitOthers();
}

/** Thread 0: whether all others are there to run the program together, after at most `patience` looks. */
export function offer(table: usize, patience: i32): bool {
  if (atomic.load<i32>(control + READY) < threads - 1) return false;
  const join = control + JOIN;
  const everybody = threads - 1;
  store<u32>(control + TABLE, <u32>table);
  store<i32>(control + START_EPOCH, epoch);
  const generation = ((atomic.load<i32>(join) >> 8) + 1) << 8;
  atomic.store<i32>(join, generation);
  wake();
  let looks = 0;
  while (true) {
    const seen = atomic.load<i32>(join);
    if ((seen & 255) == everybody) return true;
    if (looks >= patience && atomic.cmpxchg<i32>(join, seen, generation | WITHDRAWN) == seen) return false;
    looks++;
  }
}

/** Thread 0: says whether it runs a program alone that others could have shared. */
export function runsAlone(alone: i32): void {
  atomic.store<i32>(control + ALONE, alone);
}

/** Thread 0: until the others have finished their lists. */
export function finishTogether(): void {
  epoch++;
  awaitOthers();
}

/** The other threads: says that the list is done. */
export function finishAlone(): void {
  arrive();
}

/** The other threads: the next program to take part in, or 0 to stop. */
export function nextProgram(): usize {
  const join = control + JOIN;
  let looks = 0;
  while (atomic.load<i32>(control + STOP) == 0) {
    const seen = atomic.load<i32>(join);
    if (seen >> 8 != generationSeen) {
      generationSeen = seen >> 8;
      looks = 0;
      if (joins(join, seen)) {
        epoch = load<i32>(control + START_EPOCH);
        return load<u32>(control + TABLE);
      }
    } else if (++looks > (load<i32>(control + ALONE) == 0 ? IDLE_LOOKS : ALONE_LOOKS)) {
      atomic.add<i32>(control + SLEEPERS, 1);
      doze();
      atomic.sub<i32>(control + SLEEPERS, 1);
      looks = 0;
    }
  }
  return 0;
}

/** The last offer this thread has answered. */
let generationSeen: i32 = 0;

/** Whether there is something for a thread that is about to doze: an offer it has not answered, or the end. */
export function awaited(): bool {
  return atomic.load<i32>(control + JOIN) >> 8 != generationSeen || atomic.load<i32>(control + STOP) != 0;
}

/** Takes part in the offer of `seen`, if it stands until everybody does. */
function joins(join: usize, seen: i32): bool {
  while ((seen & 255) != WITHDRAWN) {
    const found = atomic.cmpxchg<i32>(join, seen, seen + 1);
    if (found == seen) {
      seen++;
      break;
    }
    if (found >> 8 != generationSeen) return false;
    seen = found;
  }
  while (seen >> 8 == generationSeen) {
    if ((seen & 255) == threads - 1) return true;
    if ((seen & 255) == WITHDRAWN) return false;
    seen = atomic.load<i32>(join);
  }
  return false;
}

/** The other threads: called once, when this instance is set up. */
export function announce(): void {
  generationSeen = atomic.load<i32>(control + JOIN) >> 8;
  atomic.add<i32>(control + READY, 1);
}

/** Thread 0: lets the others return from `work`. */
export function stopThreads(): void {
  atomic.store<i32>(control + STOP, 1);
  atomic.add<i32>(control + JOIN, 256);
  ring();
}
