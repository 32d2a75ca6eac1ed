# build.sh LIBUNWIND OUT: compile the unwinder into OUT, without CMake, which would want LLVM's other libraries.
set -eu
source=$1/src
out=$2

# The C++ file needs neither exceptions nor a C++ library.
flags="$CFLAGS -fPIC -funwind-tables -fvisibility=hidden -DNDEBUG -D_LIBUNWIND_IS_NATIVE_ONLY -I$1/include"
$CXX $flags -std=c++17 -nostdinc++ -fno-exceptions -fno-rtti -c -o "$out/libunwind.o" "$source/libunwind.cpp"
for file in UnwindLevel1.c UnwindLevel1-gcc-ext.c UnwindRegistersRestore.S UnwindRegistersSave.S; do
    $CC $flags -c -o "$out/${file%.*}.o" "$source/$file"
done
$AR rcsD "$out/libunwind.a" "$out"/*.o
