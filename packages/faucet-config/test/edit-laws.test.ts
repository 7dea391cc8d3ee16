import { describeEditLaws } from './edit-laws.ts';

// Each run draws a whole file: these few cover the common layouts in a moment, the system tests cover all of them.
describeEditLaws(12);
