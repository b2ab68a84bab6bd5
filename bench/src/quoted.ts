/** A figure that this bench did not measure. */
export interface Quoted {
  readonly work: string;
  readonly system: string;
  readonly figure: string;
}

/**
 * Measured by us in November 2026 on two shared cores of a server, in runs of their own, with those projects' own
 * programs, which this repository neither contains nor installs. Orders of magnitude: never divide one by a figure of
 * the table.
 */
export const quoted: readonly Quoted[] = [
  {
    work: "PPO on Pendulum-v1, 4 × 1,024 steps, minibatch 256, 2 epochs, 64-64 ReLU, 307,200 steps",
    system: "RLtools, native C++ with OpenBLAS",
    figure: "0.54 s, return −174",
  },
  {
    work: "PPO minibatch update, 256 rows, actor and critic",
    system: "RLtools, native C++ with OpenBLAS",
    figure: "178–227 µs",
  },
  {
    work: "PPO on CartPole-v1, CleanRL's settings, 500k steps",
    system: "CleanRL's own ppo.py",
    figure: "5,600 steps/s",
  },
];
