-- writes: geography_roleright and geography_incompatible, emptied before the files are written again
DELETE FROM geography_roleright; DELETE FROM geography_incompatible
