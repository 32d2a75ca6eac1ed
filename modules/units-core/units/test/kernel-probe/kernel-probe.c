/*
 * Asks the running kernel for what containers are made of and a shell cannot ask for. Each probe says what it saw on
 * standard output and ends with 0, or names the call that failed and ends with 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "name this architecture's AUDIT_ARCH_ constant"
#endif

/* The account of nobody. */
#define NOBODY 65534

static void must(int good, const char *what)
{
	if (good)
		return;
	printf("%s failed: %s\n", what, strerror(errno));
	exit(1);
}

/* A filter that refuses one call with EPERM and lets all others pass, as engines' default profiles do. */
static int probe_seccomp(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };
	char path[] = "/tmp/kernel-probe-XXXXXX";

	must(mkdtemp(path) != NULL, "mkdtemp");
	must(syscall(SYS_mkdirat, AT_FDCWD, path, 0700) == -1 && errno == EEXIST, "mkdirat without a filter");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
	must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0, "seccomp");
	must(syscall(SYS_mkdirat, AT_FDCWD, path, 0700) == -1, "blocking mkdirat");
	must(errno == EPERM, "mkdirat with EPERM");
	must(rmdir(path) == 0, "rmdir, which the filter allows,");
	puts("mkdirat is blocked, rmdir is not");
	return 0;
}

/* A queue carries a message, and a new IPC namespace does not see it. */
static int probe_mqueue(void)
{
	const char *name = "/kernel-probe";
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	char text[64];
	mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);

	must(queue != (mqd_t)-1, "mq_open");
	must(mq_send(queue, "hello", 6, 0) == 0, "mq_send");
	must(mq_receive(queue, text, sizeof(text), NULL) == 6 && strcmp(text, "hello") == 0, "mq_receive");
	must(unshare(CLONE_NEWIPC) == 0, "unshare(CLONE_NEWIPC)");
	must(mq_open(name, O_RDWR) == (mqd_t)-1 && errno == ENOENT, "hiding the queue from a new namespace");
	puts("a queue carries messages within its namespace");
	return 0;
}

static void put(const char *path, const char *text)
{
	int file = open(path, O_WRONLY);

	must(file != -1 && write(file, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(file);
}

/* What a rootless engine does: an ordinary user becomes root, and process 1, in namespaces of its own. */
static int probe_userns(void)
{
	int status;
	pid_t child;

	must(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0, "becoming nobody");
	must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "PR_SET_DUMPABLE");
	must(unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0, "unshare of user and PID namespaces");
	put("/proc/self/setgroups", "deny");
	put("/proc/self/uid_map", "0 65534 1");
	put("/proc/self/gid_map", "0 65534 1");
	child = fork();
	must(child != -1, "fork");
	if (child == 0) {
		must(getpid() == 1 && getuid() == 0, "being root and process 1");
		must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount --make-private");
		must(mount("probe", "/tmp", "tmpfs", 0, NULL) == 0, "mount of a tmpfs");
		printf("uid %d, pid %d\n", (int)getuid(), (int)getpid());
		return 0;
	}
	must(waitpid(child, &status, 0) == child, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} probes[] = { { "seccomp", probe_seccomp }, { "mqueue", probe_mqueue }, { "userns", probe_userns } };

	for (size_t n = 0; n < sizeof(probes) / sizeof(probes[0]); n++)
		if (count == 2 && strcmp(words[1], probes[n].name) == 0)
			return probes[n].run();
	fputs("usage: kernel-probe seccomp|mqueue|userns\n", stderr);
	return 2;
}
