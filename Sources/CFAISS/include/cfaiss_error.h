#ifndef CFAISS_ERROR_H
#define CFAISS_ERROR_H

#define CFAISS_OK 0
#define CFAISS_EXCEPTION 1     /* FAISS, or the C++ library below it, threw: see the message */
#define CFAISS_OUT_OF_MEMORY 2
#define CFAISS_CANCELLED 3     /* the caller's callback said to stop */
#define CFAISS_MALFORMED 4     /* bytes whose contents contradict each other: see the message */
#define CFAISS_NOT_FINITE 5    /* NaN or infinity among the rows */
#define CFAISS_INVALID 6       /* an argument that the function's comment rules out: see the message */
#define CFAISS_UNSUPPORTED 7   /* the index is of a kind that cannot do this: see the message */
#define CFAISS_UNKNOWN_LABEL 8 /* a label that no row has */
#define CFAISS_DEGENERATE 9    /* the rows do not determine what is to be learned from them: see the message */
#define CFAISS_CHECKSUM 20     /* bytes of a container that are not as they were written */
#define CFAISS_READ_ONLY 21    /* the index leans on mapped memory and cannot be changed */
#define CFAISS_NOT_A_CONTAINER 22 /* bytes of something else, of another version, or not all of them: see the message */

typedef int cfaiss_status;

#ifdef __cplusplus
extern "C" {
#endif

/* The message of this thread's last call that failed, NUL-terminated UTF-8, cut at 1,023 bytes.
 * Valid until this thread's next call into this module. */
const char *cfaiss_error_message(void);

#ifdef __cplusplus
}
#endif

#endif
