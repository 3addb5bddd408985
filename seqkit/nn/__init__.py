"""The equations, one file each, public: plugins build on them."""
