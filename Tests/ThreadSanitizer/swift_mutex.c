/* Tells ThreadSanitizer what Swift's Mutex does where threads wait for one another.
 *
 * A mutex that nobody waits for is locked and unlocked by atomics in the caller's own code, which the sanitizer sees. The other cases
 * are two functions of libswiftSynchronization.so, which it does not, so that it takes what a mutex guards for a race. Preloaded,
 * this calls them and says what they have done. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef SWIFT void (*lock_slowly)(uint32_t thread, SELF void *mutex);
typedef SWIFT void (*unlock_slowly)(SELF void *mutex);

/* Synchronization._MutexHandle._lockSlow(UInt32) */
SWIFT void lock(uint32_t thread, SELF void *mutex) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
/* Synchronization._MutexHandle._unlockSlow() */
SWIFT void unlock(SELF void *mutex) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

SWIFT void lock(uint32_t thread, SELF void *mutex) {
    ((lock_slowly)next("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"))(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    ((unlock_slowly)next("$s15Synchronization12_MutexHandleV11_unlockSlowyyF"))(mutex);
}
