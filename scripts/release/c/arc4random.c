// The C++ library of Debian 12 takes random numbers from arc4random, which glibc has
// since 2.36. This one makes the programs of a release run with older versions.
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

uint32_t arc4random(void) {
	uint32_t n;
	if (getrandom(&n, sizeof n, 0) != sizeof n)
		abort();
	return n;
}
