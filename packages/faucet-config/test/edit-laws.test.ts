import { describeEditLaws } from './edit-laws.ts';

// Each run draws a whole file: these few meet the common layouts in a moment, the system tests meet all of them.
describeEditLaws(12);
