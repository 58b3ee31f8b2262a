/* After fork() the child is told so by every call; the parent goes on. */

#include "check.h"
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *path = in_folder(argv[1], "store");
    qv_store store = open_store(path, QV_OPEN_CREATE);
    qv_collection collection = create_collection(store, "c", 2, QV_METRIC_L2);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        float vector[2] = {1, 2};
        qv_document made = document(qv_integer_key(1), NULL, vector, 2);
        qv_store other = 0;
        EXPECT(QV_ERROR_FORK, qv_upsert(collection, &made, 1, NULL));
        EXPECT(QV_ERROR_FORK, qv_open(path, NULL, &other));
        EXPECT(QV_ERROR_FORK, qv_close_collection(collection));
        EXPECT(QV_ERROR_FORK, qv_close(store));
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT(QV_OK, qv_close_collection(collection));
    EXPECT(QV_OK, qv_close(store));
    return 0;
}
