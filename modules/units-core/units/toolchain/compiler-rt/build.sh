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
# Functions of x87's type: for those whose long double is that, as upstream's own build has it.
if [ "$(echo __LDBL_MANT_DIG__ | $CC $CFLAGS -E -P -x c -)" != 64 ]; then
    skip="$skip divxc3 extendxftf2 fixxfdi fixxfti fixunsxfdi fixunsxfsi fixunsxfti floatdixf floattixf floatundixf"
    skip="$skip floatuntixf mulxc3 powixf2 trunctfxf2 "
fi

stem() { s=${1##*/}; echo "${s%.*}"; }

# An architecture's own version of a function stands in for the generic one. sme-* serves the language extension for
# streaming mode, which nothing here uses; lse is a template, see below.
own=$(find "$builtins/$ARCH" -name '*.[cS]' ! -name chkstk.S ! -name lse.S ! -name 'sme-*' | LC_ALL=C sort)
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

# The atomic operations that clang calls where it may not assume instructions for them: one object of the template for
# each operation, size in bytes and memory order. Only the first of the operations comes in the largest size.
if [ -e "$builtins/$ARCH/lse.S" ]; then
    for operation in cas swp ldadd ldclr ldeor ldset; do
        for size in 1 2 4 8 16; do
            [ "$operation$size" = cas16 ] || [ "$size" != 16 ] || continue
            for order in 1 2 3 4 5; do
                $CC $CFLAGS -I"$builtins" "-DL_$operation" "-DSIZE=$size" "-DMODEL=$order" \
                    -c -o "$out/o/lse_$operation${size}_$order.o" "$builtins/$ARCH/lse.S"
            done
        done
    done
fi
$AR rcsD "$out/libclang_rt.builtins.a" "$out"/o/*.o

for part in crtbegin crtend; do
    $CC $CFLAGS -DCRT_HAS_INITFINI_ARRAY -c -o "$out/clang_rt.$part.o" "$builtins/$part.c"
done
