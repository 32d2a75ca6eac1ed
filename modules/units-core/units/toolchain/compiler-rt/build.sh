# build.sh BUILTINS OUT: compile the builtins of $ARCH into OUT, without CMake, which would want the whole of LLVM.
set -eu
builtins=$1
out=$2
mkdir -p "$out/o"

# Left out: atomic (a library of its own elsewhere), emutls (the target has real thread-local storage), what serves
# other systems or a nested function's executable stack, and the two crt objects, which are no part of the archive.
skip=' apple_versioning atomic atomic_flag_clear atomic_flag_clear_explicit'
skip="$skip atomic_flag_test_and_set atomic_flag_test_and_set_explicit atomic_signal_fence atomic_thread_fence"
skip="$skip crtbegin crtend emutls enable_execute_stack "

stem() { s=${1##*/}; echo "${s%.*}"; }

# An architecture's own version of a function stands in for the generic one.
own=$(find "$builtins/$ARCH" -name '*.[cS]' ! -name chkstk.S | LC_ALL=C sort)
have=' '
for file in $own; do have="$have$(stem "$file") "; done

case $ARCH in
    x86_64) own="$own $builtins/cpu_model/x86.c" ;;
    aarch64) own="$own $builtins/cpu_model/aarch64.c" ;;
esac

sources=$own
for file in "$builtins"/*.c; do
    name=$(stem "$file")
    case $skip$have in *" $name "*) continue ;; esac
    sources="$sources $file"
done

for file in $sources; do echo "$file"; done |
    xargs -P "$NPROC" -I '{}' sh -euc 'o=${1##*/}; $CC $CFLAGS -c -o "$2/${o%.*}.o" "$1"' sh '{}' "$out/o"
$AR rcsD "$out/libclang_rt.builtins.a" "$out"/o/*.o

for part in crtbegin crtend; do
    $CC $CFLAGS -DCRT_HAS_INITFINI_ARRAY -c -o "$out/clang_rt.$part.o" "$builtins/$part.c"
done
