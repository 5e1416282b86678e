// Preloaded into every child: when the process that started it is gone, it may end cleanly, and then it must. Also covers
// the moment before an app listens for `disconnect` itself, and one whose clean end hangs.
const CLEAN_END_WITHIN_MS = 12_000;

process.once('disconnect', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), CLEAN_END_WITHIN_MS).unref();
});
process.channel?.unref();
