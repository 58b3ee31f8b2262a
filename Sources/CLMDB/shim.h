#include <lmdb.h>

/* glibc shows it only to programs that ask for its extensions, which Swift does not. */
int memfd_create(const char *name, unsigned int flags);
