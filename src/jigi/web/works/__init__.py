"""/chantiers/: public works, for the operators who hold them, who controls and who decides."""
