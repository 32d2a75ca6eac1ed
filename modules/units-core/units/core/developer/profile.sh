export PATH=/usr/local/sbin:/usr/local/bin:$PATH
