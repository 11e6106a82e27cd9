/* The protocol of publication (src/publish/hazard.h) for Spin: readers announce, publishers exchange, scan and free.
 *
 * Checked for every interleaving and every stale read: nobody uses a freed value, a confirmed value is complete,
 * nothing is freed twice, and everything that was retired is freed once nobody reads.
 *
 * MEMORY. What a thread reads may be stale where nothing forbids it:
 *   - what a reader stores into its entry waits in its own buffer (one place, which a later store needs empty) and is
 *     seen by others when it drains, at any later moment. A seq_cst store waits for nothing behind it, and a fence
 *     drains the buffer.
 *     That is what lets a processor's look overtake its announcement (step c of the essay), on x86-64 too.
 *   - a load of `current` may give an old value, but never one older than the thread has seen (coherence). A seq_cst
 *     load, or one after a fence that follows the exchange, gives the newest. The scan's loads may be stale likewise.
 *   - the contents of a value become visible with the exchange that publishes it only to who acquires it: edge (1).
 * membarrier drains every reader's buffer and makes every reader's later loads new, at one moment between two of its
 * steps; the publisher calls it between exchange and scan.
 *
 * -DASYMMETRIC chooses the asymmetric fence. Each -DBREAK_… takes one thing away; Spin must then find an error:
 *   BREAK_SECOND_LOOK      the reader does not look again                                  (step b)
 *   BREAK_ANNOUNCE_ORDER   the announcement is not sequentially consistent (portable)      (edge 3, step c)
 *   BREAK_LOOK_ORDER       the second look is not sequentially consistent (portable)       (edge 2, step c)
 *   BREAK_SCAN_ORDER       the scan may read stale announcements                           (edge 4)
 *   BREAK_MEMBARRIER       the publisher does not call it (asymmetric)                     (edge 12)
 *   BREAK_COMPILER_BARRIER the compiler may look before it announces (asymmetric)          (edge 13)
 *   BREAK_SCAN_FIRST       the publisher scans before it exchanges                         (steps swapped)
 *   BREAK_COMPLETE         the exchange does not release                                   (edge 1)
 *   BREAK_EMPTYING         an entry is emptied before the last use                         (edge 5)
 *   BREAK_LINKING          a slot is seen later than what is announced in it (portable)    (edges 6, 7)
 *   BREAK_TAKE_ALL         the retired are looked at and not taken                         (edge 11)
 *   BREAK_PUT_BACK         what is still named is forgotten instead of retired again
 *
 * -DREADERS, -DREADS (of each reader) and -DPUBLISHERS (of one replacement each) say how large the world is. One reader
 * that reads twice beside two publishers is the smallest in which each of these goes wrong.
 */
#ifndef READERS
#define READERS 1
#define READS 2
#define PUBLISHERS 2
#endif
#define VALUES (PUBLISHERS + 1)  /* value 0 is there at the beginning, each publisher brings one */
#define NONE 255

byte current = 0;          /* what the newest exchange has put there */
bool complete[VALUES];     /* its contents are visible to who acquires it; value 0 was always */
bool freed[VALUES];
bool retired[VALUES];      /* the list of the retired, as a set */

byte seen[READERS];        /* the oldest value of `current` that the reader may still see, as a place in `order` */
byte order[VALUES];        /* the values in the order in which they became current */
byte newest = 0;           /* the last place of it */

byte announced[READERS] = NONE;  /* the entry, as others see it */
byte before[READERS] = NONE;     /* what it held before: a stale scan may see that */
byte waiting[READERS] = NONE;    /* the announcement that has not drained yet */
bool is_waiting[READERS];
bool linked[READERS];            /* whether others see the reader's slot */

byte publishing = PUBLISHERS;
byte reading = READERS;

inline drain(r) {
  if
  :: is_waiting[r] -> before[r] = announced[r]; announced[r] = waiting[r]; is_waiting[r] = false; waiting[r] = NONE
  :: else
  fi
}

/* A relaxed or acquired load of `current`: any value from the last that was seen on. */
inline load_current(r, value) {
  atomic {
    do
    :: seen[r] < newest -> seen[r]++
    :: break
    od;
    value = order[seen[r]]
  }
}
/* A sequentially consistent one, after the reader's own store has drained. */
inline load_newest(r, value) {
  atomic { drain(r); seen[r] = newest; value = order[newest] }
}

/* Processors drain when they like. */
active [READERS] proctype Buffer() {
  do
  :: atomic { is_waiting[_pid] -> drain(_pid) }
#if defined(BREAK_LINKING)
  :: atomic { !linked[_pid] -> linked[_pid] = true }
#endif
  :: reading == 0 && !is_waiting[_pid] -> break
  od
}

inline announce(value) {
#if defined(ASYMMETRIC) || defined(BREAK_ANNOUNCE_ORDER)
  atomic { !is_waiting[r] -> waiting[r] = value; is_waiting[r] = true }
#else
  atomic { !is_waiting[r] -> before[r] = announced[r]; announced[r] = value }
#endif
}

/* Released, so that it follows the use; when others see it is another matter. */
inline stop_naming() {
  atomic { !is_waiting[r] -> waiting[r] = NONE; is_waiting[r] = true }
}

inline look(value) {
#if defined(ASYMMETRIC) || defined(BREAK_LOOK_ORDER)
  load_current(r, value)
#elif defined(BREAK_ANNOUNCE_ORDER)
  atomic { seen[r] = newest; value = order[newest] }   /* new, but the store before it may still wait */
#else
  load_newest(r, value)
#endif
}

active [READERS] proctype Reader() {
  byte r = _pid - READERS;
  byte guess, looked, reads;
#if !defined(BREAK_LINKING)
  linked[r] = true;
#endif
read:
  load_current(r, guess);
again:
#if defined(BREAK_COMPILER_BARRIER)
  look(looked);
  announce(guess);
#else
  announce(guess);
  look(looked);
#endif
#if !defined(BREAK_SECOND_LOOK)
  if
  :: looked != guess -> guess = looked; goto again
  :: else
  fi;
#endif
#if defined(BREAK_EMPTYING)
  stop_naming();
#endif
  /* The use: two moments, so that a free can fall between them. */
  assert(guess == 0 || complete[guess]);
  assert(!freed[guess]);
  assert(!freed[guess]);
#if !defined(BREAK_EMPTYING)
  stop_naming();
#endif
  reads++;
  if
  :: reads < READS -> guess = 0; looked = 0; goto read
  :: else
  fi;
  reading--
}

/* Each look at an entry is a moment of its own. */
inline scan() {
  i = 0;
  do
  :: i < READERS ->
     atomic {
       if
       :: linked[i] && announced[i] != NONE -> named[announced[i]] = true
       :: else
       fi;
       i++
     }
#if defined(BREAK_SCAN_ORDER)
  :: i < READERS ->   /* or what the entry held before */
     atomic {
       if
       :: before[i] != NONE -> named[before[i]] = true
       :: else
       fi;
       i++
     }
#endif
  :: else -> i = 0; break
  od
}

/* Frees what nobody names. */
inline reclaim() {
  atomic {
    i = 0;
    do
    :: i < VALUES -> taken[i] = retired[i];
#if !defined(BREAK_TAKE_ALL)
       retired[i] = false;
#endif
#if !defined(BREAK_SCAN_FIRST)
       named[i] = false;
#endif
       i++
    :: else -> i = 0; break
    od
  }
#if defined(ASYMMETRIC) && !defined(BREAK_MEMBARRIER)
  atomic {
    do
    :: i < READERS -> drain(i); before[i] = announced[i]; seen[i] = newest; i++
    :: else -> i = 0; break
    od
  }
#endif
#if !defined(BREAK_SCAN_FIRST)
  scan()
#endif
  i = 0;
  do
  :: i < VALUES ->
     atomic {
       if
       :: taken[i] && named[i] ->
#if !defined(BREAK_PUT_BACK)
          retired[i] = true
#else
          skip
#endif
       :: taken[i] && !named[i] -> assert(!freed[i]); freed[i] = true
       :: else
       fi;
       i++
     }
  :: else -> break
  od
}

active [PUBLISHERS] proctype Publisher() {
  byte mine = _pid - 2 * READERS + 1;
  byte old, i;
  bool taken[VALUES], named[VALUES];
#if defined(BREAK_SCAN_FIRST)
  scan();
#endif
#if !defined(BREAK_COMPLETE)
  complete[mine] = true;
#endif
  atomic { old = current; current = mine; newest++; order[newest] = mine }
#if defined(BREAK_COMPLETE)
  complete[mine] = true;
#endif
  atomic { retired[old] = true; old = 0 }
  reclaim();
  publishing--
}

/* When all is over and has been seen, one more pass frees everything but the current value. */
active proctype Last() {
  byte i;
  bool taken[VALUES], named[VALUES];
  publishing == 0 && reading == 0;
  i = 0;
  do
  :: i < READERS -> !is_waiting[i]; i++
  :: else -> break
  od;
  reclaim();
  i = 0;
  do
  :: i < VALUES -> assert(freed[i] == (i != current)); i++
  :: else -> break
  od
}
