"""Paper: what is printed, signed and posted, as PDF set by Typst from the templates of this folder."""
