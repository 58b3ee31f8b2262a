#define _GNU_SOURCE
#include "faults.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

// Which files of the watched folder are open. Written under the shim's lock; a program that uses a descriptor
// while it closes it has trouble of its own.

enum { descriptorCount = 4096 };

static struct {
    char *path;
    bool isDurable;
} opened[descriptorCount];

const char *watched(const char *path) {
    static const char *folder;
    static size_t length;
    if (!folder) {
        folder = getenv("QUIVER_FAULTS_FOLDER");
        if (!folder) folder = "";
        length = strlen(folder);
    }
    if (!path || length == 0 || strncmp(path, folder, length) != 0) return NULL;
    if (path[length] == '\0') return "";
    return path[length] == '/' ? path + length + 1 : NULL;
}

const char *path_of(int descriptor) {
    return descriptor >= 0 && descriptor < descriptorCount ? opened[descriptor].path : NULL;
}

bool is_durable(int descriptor) {
    return path_of(descriptor) && opened[descriptor].isDurable;
}

void remember(int descriptor, const char *path, bool isDurable) {
    if (descriptor < 0 || descriptor >= descriptorCount) return;
    free(opened[descriptor].path);
    opened[descriptor].path = strdup(path);
    opened[descriptor].isDurable = isDurable;
}

void forget(int descriptor) {
    if (!path_of(descriptor)) return;
    free(opened[descriptor].path);
    opened[descriptor].path = NULL;
}

const char *absolute_path(int folder, const char *path, char *buffer, size_t size) {
    if (!path || path[0] == '/') return path;
    const char *prefix = folder == AT_FDCWD ? NULL : path_of(folder);
    if (!prefix) return NULL;
    const char *root = getenv("QUIVER_FAULTS_FOLDER");
    size_t needed = strlen(root) + strlen(prefix) + strlen(path) + 3;
    if (needed > size) return NULL;
    strcpy(buffer, root);
    strcat(buffer, "/");
    if (prefix[0]) strcat(strcat(buffer, prefix), "/");
    return strcat(buffer, path);
}
